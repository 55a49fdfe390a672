/*
 * How long a list of 10 tokens takes from C, to compare with the same call from Rust.
 *
 *     cc -O2 bench.c -o bench $(pkg-config --cflags --libs netbird_tokens)
 *     NETBIRD_BENCH_URL=http://127.0.0.1:8080 NETBIRD_BENCH_PAT=nbp_... NETBIRD_BENCH_USER=id taskset -c 0 ./bench
 *
 * NETBIRD_BENCH_QUICK=1 makes a short run. Prints a JSON array with one row: p50 and p99 in microseconds.
 */
#define _POSIX_C_SOURCE 199309L

#include <netbird_tokens.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double microseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int ascending(const void *one, const void *other) {
    double a = *(const double *)one;
    double b = *(const double *)other;
    return (a > b) - (a < b);
}

static int list(const nbt_client *client, const char *user) {
    nbt_token_list *tokens = NULL;
    nbt_error *error = NULL;
    if (nbt_client_list_tokens(client, user, &tokens, &error) != NBT_OK) {
        fprintf(stderr, "bench: %s\n", nbt_error_message(error));
        exit(1);
    }
    size_t length = nbt_token_list_len(tokens);
    nbt_token_list_free(tokens);
    return length == 10;
}

static nbt_client *make_client(void) {
    const char *pat = getenv("NETBIRD_BENCH_PAT");
    const char *url = getenv("NETBIRD_BENCH_URL");
    nbt_credential *credential = NULL;
    nbt_client *client = NULL;
    nbt_error *error = NULL;
    nbt_client_builder *builder = nbt_client_builder_new();
    nbt_client_builder_set_management_url(builder, url);
    nbt_result result = nbt_credential_new_pat(pat, &credential, &error);
    if (result == NBT_OK) {
        nbt_client_builder_set_credential(builder, credential);
        result = nbt_client_builder_build(builder, &client, &error);
    }
    if (result != NBT_OK) {
        fprintf(stderr, "bench: %s\n", nbt_error_message(error));
        exit(1);
    }
    nbt_credential_free(credential);
    nbt_client_builder_free(builder);
    return client;
}

int main(void) {
    const char *user = getenv("NETBIRD_BENCH_USER");
    const char *quick = getenv("NETBIRD_BENCH_QUICK");
    size_t calls = quick != NULL && quick[0] != '\0' ? 300 : 20000;
    double *times = malloc(calls * sizeof *times);
    nbt_client *client = make_client();
    if (times == NULL) {
        return 1;
    }
    for (size_t i = 0; i < calls / 10; i++) {
        list(client, user);
    }
    for (size_t i = 0; i < calls; i++) {
        double began = microseconds_now();
        int is_right = list(client, user);
        times[i] = microseconds_now() - began;
        if (!is_right) {
            fprintf(stderr, "bench: the list does not have 10 tokens\n");
            return 1;
        }
    }
    qsort(times, calls, sizeof *times, ascending);
    printf("[{\"row\": \"C: list of 10\", \"p50_us\": %.2f, \"p99_us\": %.2f}]\n", times[calls / 2],
           times[calls * 99 / 100]);
    free(times);
    nbt_client_free(client);
    return 0;
}
