#include <netbird_tokens.h>
#include <stdio.h>

int main(void) {
    nbt_client *client = NULL;
    nbt_token_list *tokens = NULL;
    nbt_error *error = NULL;
    int status = 1;
    if (nbt_client_from_env(&client, &error) == NBT_OK &&
        nbt_client_list_tokens(client, NULL, &tokens, &error) == NBT_OK) {
        printf("netbird-tokens %s: %s has %lu tokens\n", nbt_version(), nbt_token_user_id(nbt_token_list_at(tokens, 0)),
               (unsigned long)nbt_token_list_len(tokens));
        status = 0;
    } else {
        fprintf(stderr, "%s\n", nbt_error_message(error));
    }
    nbt_error_free(error);
    nbt_token_list_free(tokens);
    nbt_client_free(client);
    return status;
}
