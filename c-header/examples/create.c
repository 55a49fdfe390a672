/*
 * Creates a token, stores its secret, and revokes it again.
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
        nbt_client_create_token(client, "example", 7, NBT_CREATE_TAG, NULL, &token, &secret, &error) != NBT_OK) {
        fprintf(stderr, "create: %s\n", nbt_error_message(error));
        /* If the answer was lost, a token of this name may exist. With the tag, only this call can have made it. */
        if (nbt_error_token_name(error) != NULL) {
            fprintf(stderr, "create: look for \"%s\"\n", nbt_error_token_name(error));
        }
        goto done;
    }

    /* The server never shows the secret again. Freeing it wipes it. */
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
