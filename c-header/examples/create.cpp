// Creates a token, stores its secret, and revokes it again.
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
        NewToken wanted{"example", 7};
        wanted.tag = true;
        const CreatedToken created = client.create_token(wanted);
        // The server never shows the secret again. It is wiped when `created` is destroyed.
        const bool stored = store(created.plain_token.expose());
        std::cout << "created " << created.token.id() << " (" << created.plain_token << ")"
                  << (stored ? "" : ", not stored") << '\n';
        client.delete_token(created.token.id());
        std::cout << "revoked " << created.token.id() << '\n';
    } catch (const Error &error) {
        std::cerr << "create: " << error.what() << '\n';
        // If the answer was lost, a token of this name may exist. With the tag, only this call can have made it.
        if (const auto name = error.token_name()) {
            std::cerr << "create: look for \"" << *name << "\"\n";
        }
        return 1;
    }
}
