#include <iostream>
#include <netbird_tokens.hpp>

int main() {
    try {
        const auto client = netbird_tokens::Client::from_env();
        const auto tokens = client.list_tokens();
        std::cout << "netbird-tokens " << netbird_tokens::version() << ": " << tokens.at(0).user_id() << " has "
                  << tokens.size() << " tokens\n";
    } catch (const netbird_tokens::Error &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
