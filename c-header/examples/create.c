/*
 * Creates a token, hands its text to where it is kept, and revokes it again.
 *
 *     cc create.c -o create $(pkg-config --cflags --libs netbird_tokens)
 *     NB_PAT=nbp_... ./create
 */
#include <netbird_tokens.h>
#include <stdio.h>

/* Stands for a vault. Returns whether it was stored. */
static int store(const char *text, size_t length) {
    return text != NULL && length > 0;
}

int main(void) {
    nbt_client *client = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_error *error = NULL;
    int status = 1;

    if (nbt_client_from_env(&client, &error) != NBT_OK ||
        nbt_client_create_token(client, "example", 7, NULL, &token, &secret, &error) != NBT_OK) {
        fprintf(stderr, "create: %s\n", nbt_error_message(error));
        /* The answer was lost: these may exist now. */
        for (size_t i = 0; i < nbt_error_candidate_token_ids_len(error); i++) {
            fprintf(stderr, "create: revoke %s\n", nbt_error_candidate_token_ids_at(error, i));
        }
        goto done;
    }

    /* The only moment at which the text can be had. Freeing the secret wipes it. */
    size_t length = 0;
    const char *text = nbt_secret_expose(secret, &length);
    int stored = store(text, length);
    nbt_secret_free(secret);
    secret = NULL;

    printf("created %s for user %s%s\n", nbt_token_id(token), nbt_token_user_id(token), stored ? "" : ", not stored");
    if (nbt_client_delete_token(client, nbt_token_id(token), NULL, &error) != NBT_OK) {
        fprintf(stderr, "create: %s is still there: %s\n", nbt_token_id(token), nbt_error_message(error));
        goto done;
    }
    printf("revoked %s\n", nbt_token_id(token));
    status = 0;

done:
    nbt_error_free(error);
    nbt_secret_free(secret);
    nbt_token_free(token);
    nbt_client_free(client);
    return status;
}
