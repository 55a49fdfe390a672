// Lists your tokens, those that expire first at the top.
//
//     c++ list.cpp -o list -std=c++17 $(pkg-config --cflags --libs netbird_tokens)
//     NB_PAT=nbp_... ./list

#include <algorithm>
#include <iostream>
#include <netbird_tokens.hpp>
#include <vector>

int main() {
    using namespace netbird_tokens;
    try {
        const Client client = Client::from_env();
        const TokenList tokens = client.list_tokens();
        std::vector<TokenView> sorted(tokens.begin(), tokens.end());
        std::sort(sorted.begin(), sorted.end(), [](TokenView one, TokenView other) {
            return one.expiration_date() < other.expiration_date();
        });
        for (const TokenView token : sorted) {
            std::cout << token.id() << "  " << token.name() << "  " << token.days_left() << " days left"
                      << (token.last_used() ? "" : ", never used") << '\n';
        }
    } catch (const Error &error) {
        std::cerr << "list: " << error.what() << '\n';
        return 1;
    }
}
