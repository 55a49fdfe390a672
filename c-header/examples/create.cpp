// Creates a token, hands its text to where it is kept, and revokes it again.
//
//     c++ create.cpp -o create -std=c++17 $(pkg-config --cflags --libs netbird_tokens)
//     NB_PAT=nbp_... ./create

#include <iostream>
#include <netbird_tokens.hpp>

namespace {

// Stands for a vault.
bool store(std::string_view text) {
    return !text.empty();
}

}  // namespace

int main() {
    using namespace netbird_tokens;
    try {
        const Client client = Client::from_env();
        const CreatedToken created = client.create_token("example", 7);
        // The only moment at which the text can be had; it is wiped when `created` goes.
        const bool stored = store(created.plain_token.expose());
        std::cout << "created " << created.token.id() << " (" << created.plain_token << ")"
                  << (stored ? "" : ", not stored") << '\n';
        client.delete_token(created.token.id());
        std::cout << "revoked " << created.token.id() << '\n';
    } catch (const Error &error) {
        std::cerr << "create: " << error.what() << '\n';
        for (const auto &id : error.candidate_token_ids()) {
            std::cerr << "create: look at " << id << '\n';
        }
        return 1;
    }
}
