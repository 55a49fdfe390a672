/*
 * Rotates a token: creates its successor, stores the secret, and revokes the old token once the successor is proved to work.
 *
 *     cc rotate.c -o rotate $(pkg-config --cflags --libs netbird_tokens)
 *     NB_PAT=nbp_... ./rotate
 */
#include <netbird_tokens.h>
#include <stdio.h>

/* Stands for a vault. Returns whether it was stored. */
static int store(const char *text, size_t length) {
    return text != NULL && length > 0;
}

/* Stores the secret and decides: the old token is revoked only if the new secret is safe. */
static nbt_result finish(const nbt_rotation *rotation, nbt_error **error) {
    size_t length = 0;
    const char *text = nbt_secret_expose(nbt_rotation_plain_token(rotation), &length);
    return store(text, length) ? nbt_rotation_commit(rotation, false, error) : nbt_rotation_abort(rotation, error);
}

int main(void) {
    nbt_client *client = NULL;
    nbt_token *token = NULL;
    nbt_secret *secret = NULL;
    nbt_rotation *rotation = NULL;
    nbt_error *error = NULL;
    int status = 1;

    /* A token of its own, so that the example changes nothing else. */
    if (nbt_client_from_env(&client, &error) != NBT_OK ||
        nbt_client_create_token(client, "example", 7, NBT_CREATE_PLAIN, NULL, &token, &secret, &error) != NBT_OK ||
        nbt_client_rotate_token(client, nbt_token_id(token), NULL, NULL, NBT_SAME_LIFETIME, NBT_ROTATE_DEFAULT, NULL,
                                &rotation, &error) != NBT_OK) {
        fprintf(stderr, "rotate: %s\n", nbt_error_message(error));
        goto done;
    }
    if (finish(rotation, &error) != NBT_OK) {
        /* Both may be called again. A record that was stored finishes the rotation in another process. */
        fprintf(stderr, "rotate: %s\n", nbt_error_message(error));
        goto done;
    }
    printf("rotated %s: %s is its successor\n", nbt_token_id(nbt_rotation_old_token(rotation)),
           nbt_token_name(nbt_rotation_token(rotation)));
    if (nbt_client_delete_token(client, nbt_token_id(nbt_rotation_token(rotation)), NULL, &error) != NBT_OK) {
        fprintf(stderr, "rotate: the successor is still there: %s\n", nbt_error_message(error));
        goto done;
    }
    status = 0;

done:
    nbt_error_free(error);
    nbt_rotation_free(rotation);
    nbt_secret_free(secret);
    nbt_token_free(token);
    nbt_client_free(client);
    return status;
}
