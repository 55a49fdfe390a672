/* Checks that count, and go on after a failure. */
#ifndef CHECK_H
#define CHECK_H

#include <netbird_tokens.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks_made;
static int checks_failed;

#define CHECK(condition)                                                        \
    do {                                                                        \
        checks_made++;                                                          \
        if (!(condition)) {                                                     \
            checks_failed++;                                                    \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                       \
    } while (0)

#define CHECK_TEXT(text, expected)                                                                 \
    do {                                                                                           \
        const char *given_ = (text);                                                               \
        checks_made++;                                                                             \
        if (given_ == NULL || strcmp(given_, (expected)) != 0) {                                   \
            checks_failed++;                                                                       \
            fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #text,        \
                    given_ == NULL ? "(null)" : given_, (expected));                               \
        }                                                                                          \
    } while (0)

/* An environment variable without which there is nothing to test. */
static inline const char *needed(const char *name) {
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "%s is not set\n", name);
        exit(2);
    }
    return value;
}

/* A builder with the mock server's address and credential. */
static inline nbt_client_builder *configured(void) {
    nbt_credential *credential = NULL;
    nbt_client_builder *builder = nbt_client_builder_new();
    CHECK(nbt_credential_new_pat(needed("NBT_TEST_PAT"), &credential, NULL) == NBT_OK);
    CHECK(nbt_client_builder_set_credential(builder, credential) == NBT_OK);
    CHECK(nbt_client_builder_set_management_url(builder, needed("NBT_TEST_URL")) == NBT_OK);
    CHECK(nbt_client_builder_set_proxy_from_env(builder, false) == NBT_OK);
    nbt_credential_free(credential);
    return builder;
}

/* Builds a client that waits only briefly between attempts, and frees the builder. */
static inline nbt_client *built(nbt_client_builder *builder) {
    nbt_client *client = NULL;
    nbt_error *error = NULL;
    CHECK(nbt_client_builder_set_retry_base_delay_ms(builder, 1) == NBT_OK);
    CHECK(nbt_client_builder_set_retry_max_delay_ms(builder, 2) == NBT_OK);
    if (nbt_client_builder_build(builder, &client, &error) != NBT_OK) {
        fprintf(stderr, "no client: %s\n", nbt_error_message(error));
        exit(2);
    }
    nbt_client_builder_free(builder);
    return client;
}

static inline int verdict(void) {
    printf("%d checks, %d failed\n", checks_made, checks_failed);
    return checks_failed == 0 && checks_made > 0 ? 0 : 1;
}

#endif
