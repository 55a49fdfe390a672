// Logs in with a browser, and creates a token with that login.
//
//     c++ login.cpp -o login -std=c++17 $(pkg-config --cflags --libs netbird_tokens)
//     NB_MANAGEMENT_URL=https://netbird.example.com ./login

#include <iostream>
#include <netbird_tokens.hpp>

int main() {
    using namespace netbird_tokens;
    try {
        const DeviceLogin login = start_login(Client::builder().from_env());
        std::cout << "Open " << login.verification_uri() << " and enter " << login.user_code() << std::endl;
        const LoginSession session = login.wait();
        std::cout << "logged in to " << session.management_url() << '\n';

        const Client client = Client::builder().credential(session.credential()).build();
        const CreatedToken created = client.create_token("example", 7);
        std::cout << "created " << created.token.id() << ": " << created.plain_token << '\n';
        client.delete_token(created.token.id());
    } catch (const Error &error) {
        std::cerr << "login: " << error.what() << '\n';
        return 1;
    }
}
