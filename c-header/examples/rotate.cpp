// Rotates a token: creates its successor, stores the secret, and revokes the old token once the successor is proved to work.
//
//     c++ rotate.cpp -o rotate -std=c++17 $(pkg-config --cflags --libs netbird_tokens)
//     NB_PAT=nbp_... ./rotate

#include <iostream>
#include <netbird_tokens.hpp>

namespace {

// Stands for a vault. Returns whether it was stored.
bool store(std::string_view text) {
    return !text.empty();
}

}  // namespace

int main() {
    using namespace netbird_tokens;
    try {
        const Client client = Client::from_env();
        // A token of its own, so that the example changes nothing else.
        const CreatedToken created = client.create_token("example", 7);
        const Rotation rotation = client.rotate_token(created.token.id());
        // The old token is revoked only if the new secret is safe.
        if (!store(rotation.plain_token()->expose())) {
            rotation.abort();
            std::cerr << "rotate: the secret was not stored, and nothing has changed\n";
            return 1;
        }
        rotation.commit();
        std::cout << "rotated " << rotation.old_token().id() << ": " << rotation.token()->name() << " is its successor\n";
        client.delete_token(rotation.token()->id());
    } catch (const Error &error) {
        std::cerr << "rotate: " << error.what() << '\n';
        return 1;
    }
}
