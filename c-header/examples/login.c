/*
 * Logs in with a browser, and creates a token with that login.
 *
 *     cc login.c -o login $(pkg-config --cflags --libs netbird_tokens)
 *     NB_MANAGEMENT_URL=https://netbird.example.com ./login
 */
#include <netbird_tokens.h>
#include <stdio.h>

/* Creates a token with the session, and revokes it again. */
static nbt_result use(const nbt_login_session *session, nbt_error **error) {
    nbt_client_builder *builder = nbt_client_builder_new();
    nbt_credential *credential = nbt_login_session_get_credential(session);
    nbt_client *client = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;

    nbt_client_builder_set_credential(builder, credential);
    nbt_result result = nbt_client_builder_build(builder, &client, error);
    if (result == NBT_OK) {
        result = nbt_client_create_token(client, "example", 7, NBT_CREATE_TAG, NULL, &token, &secret, error);
    }
    if (result == NBT_OK) {
        printf("created %s for user %s: %s\n", nbt_token_id(token), nbt_token_user_id(token), nbt_secret_masked(secret));
        result = nbt_client_delete_token(client, nbt_token_id(token), NULL, error);
    }
    nbt_secret_free(secret);
    nbt_token_free(token);
    nbt_client_free(client);
    nbt_credential_free(credential);
    nbt_client_builder_free(builder);
    return result;
}

int main(void) {
    nbt_client_builder *builder = nbt_client_builder_new();
    nbt_device_login *login = NULL;
    nbt_login_session *session = NULL;
    nbt_error *error = NULL;

    nbt_client_builder_from_env(builder);
    nbt_result result = nbt_start_login(builder, NULL, &login, &error);
    if (result == NBT_OK) {
        printf("Open %s and enter %s\n", nbt_device_login_verification_uri(login), nbt_device_login_user_code(login));
        fflush(stdout);
        result = nbt_device_login_wait(login, &session, &error);
    }
    if (result == NBT_OK) {
        printf("logged in to %s\n", nbt_login_session_management_url(session));
        result = use(session, &error);
    }
    if (result != NBT_OK) {
        fprintf(stderr, "login: %s\n", nbt_error_message(error));
    }

    nbt_error_free(error);
    nbt_login_session_free(session);
    nbt_device_login_free(login);
    nbt_client_builder_free(builder);
    return result == NBT_OK ? 0 : 1;
}
