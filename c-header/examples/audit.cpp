// Prints the tokens that need attention, of all users that the credential may see.
//
//     c++ audit.cpp -o audit -std=c++17 $(pkg-config --cflags --libs netbird_tokens)
//     NB_PAT=nbp_... ./audit

#include <iostream>
#include <netbird_tokens.hpp>

int main() {
    using namespace netbird_tokens;
    try {
        const Client client = Client::from_env();
        AuditOptions options;
        options.expiring_within = std::chrono::hours(24 * 14);
        // So that a slow server does not hold up the program.
        options.time_limit = std::chrono::seconds(10);
        const Audit audit = client.audit_tokens(options);
        for (const UserAudit &audited : audit) {
            if (const auto error = audited.error()) {
                std::cout << audited.user().id() << ": " << error->what() << '\n';
            }
            for (const AuditedTokenView token : audited.tokens()) {
                if (token.state() != TokenState::healthy) {
                    std::cout << audited.user().id() << ": " << token.token().name() << ' ' << token.reason() << '\n';
                }
            }
        }
        const AuditSummary summary = audit.summary();
        std::cout << summary.tokens << " tokens, " << summary.expired << " expired, " << summary.expiring << " expiring"
                  << (summary.is_complete ? "" : "; not every user has a result") << '\n';
    } catch (const Error &error) {
        std::cerr << "audit: " << error.what() << '\n';
        return 1;
    }
}
