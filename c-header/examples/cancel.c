/*
 * Ends a call on Ctrl-C.
 *
 *     cc cancel.c -o cancel $(pkg-config --cflags --libs netbird_tokens)
 *     NB_PAT=nbp_... ./cancel
 */
#include <netbird_tokens.h>
#include <signal.h>
#include <stdio.h>

static nbt_cancel *cancel;

static void on_interrupt(int signal_number) {
    (void)signal_number;
    nbt_cancel_cancel(cancel); /* safe in a signal handler */
}

int main(void) {
    nbt_client *client = NULL;
    nbt_client *cancellable = NULL;
    nbt_user_list *users = NULL;
    nbt_error *error = NULL;

    cancel = nbt_cancel_new();
    signal(SIGINT, on_interrupt);
    nbt_result result = nbt_client_from_env(&client, &error);
    if (result == NBT_OK) {
        result = nbt_client_with_cancel(client, cancel, &cancellable, &error);
    }
    if (result == NBT_OK) {
        result = nbt_client_list_users(cancellable, &users, &error);
    }
    if (result == NBT_OK) {
        printf("%lu users\n", (unsigned long)nbt_user_list_len(users));
    } else {
        fprintf(stderr, "cancel: %s: %s\n", nbt_result_name(result), nbt_error_message(error));
    }

    nbt_error_free(error);
    nbt_user_list_free(users);
    nbt_client_free(cancellable);
    nbt_client_free(client);
    /* The handler must not use the handle once it is freed. */
    signal(SIGINT, SIG_DFL);
    nbt_cancel_free(cancel);
    return result == NBT_OK ? 0 : 1;
}
