/* A C program around the library; see scenarios.h. */
#define _GNU_SOURCE /* unshare */

#include <netbird_tokens.h>

#include "scenarios.h"

enum { LONG_NAME = 4 * 1024 * 1024 };

static nbt_client *client;
static char name[LONG_NAME + 1];

static unsigned attempt(operation what) {
    nbt_token_list *tokens = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_error *error = NULL;
    nbt_result result = what == LIST
                            ? nbt_client_list_tokens(client, NULL, &tokens, &error)
                            : nbt_client_create_token(client, name, 1, 0, "robot", &token, &secret, &error);
    /* Not all of it: a message may name the token. */
    printf("%s: %.200s\n", nbt_result_name(result), nbt_error_message(error));
    nbt_token_list_free(tokens);
    nbt_token_free(token);
    nbt_secret_free(secret);
    nbt_error_free(error);
    return result;
}

int main(int argc, char **argv) {
    nbt_error *error = NULL;
    memset(name, 'a', LONG_NAME);
    if (argc != 2 || nbt_client_from_env(&client, &error) != NBT_OK) {
        printf("no client: %s\n", nbt_error_message(error));
        return 2;
    }
    int status = run_scenario(argv[1]);
    nbt_client_free(client);
    return status;
}
