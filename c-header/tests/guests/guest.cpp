// A C++ program around the library; see scenarios.h.

#include <netbird_tokens.hpp>

#include "scenarios.h"

static std::optional<netbird_tokens::Client> client;

static unsigned attempt(operation what) {
    try {
        if (what == LIST) {
            client->list_tokens();
        } else {
            const std::string name(std::size_t{4} * 1024 * 1024, 'a');
            const auto created = client->create_token(name, 1, "robot");
        }
        std::printf("ok:\n");
        return NBT_OK;
    } catch (const netbird_tokens::Error &error) {
        // Not all of it: a message may name the token.
        std::printf("%s: %.200s\n", std::string(netbird_tokens::name(error.kind())).c_str(), error.what());
        return static_cast<unsigned>(error.kind());
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        return 2;
    }
    client = netbird_tokens::Client::from_env();
    const int status = run_scenario(argv[1]);
    client.reset();
    return status;
}
