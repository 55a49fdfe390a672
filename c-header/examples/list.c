/*
 * Lists your tokens and how many days each is still valid.
 *
 *     cc list.c -o list $(pkg-config --cflags --libs netbird_tokens)
 *     NB_PAT=nbp_... ./list
 */
#include <inttypes.h>
#include <netbird_tokens.h>
#include <stdio.h>
#include <time.h>

int main(void) {
    nbt_client *client = NULL;
    nbt_token_list *tokens = NULL;
    nbt_error *error = NULL;
    int status = 1;

    if (nbt_client_from_env(&client, &error) != NBT_OK) {
        fprintf(stderr, "list: %s\n", nbt_error_message(error));
        goto done;
    }
    /* NULL: the user that the credential belongs to. */
    if (nbt_client_list_tokens(client, NULL, &tokens, &error) != NBT_OK) {
        fprintf(stderr, "list: %s\n", nbt_error_message(error));
        goto done;
    }
    for (size_t i = 0; i < nbt_token_list_len(tokens); i++) {
        const nbt_token *token = nbt_token_list_at(tokens, i);
        int64_t days = 0;
        if (nbt_token_days_left(token, (int64_t)time(NULL), 0, &days, &error) != NBT_OK) {
            fprintf(stderr, "list: %s\n", nbt_error_message(error));
            goto done;
        }
        printf("%s  %s  %" PRId64 " days left%s\n", nbt_token_id(token), nbt_token_name(token), days,
               nbt_token_last_used(token, NULL, NULL) ? "" : ", never used");
    }
    status = 0;

done:
    nbt_error_free(error);
    nbt_token_list_free(tokens);
    nbt_client_free(client);
    return status;
}
