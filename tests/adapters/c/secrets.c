#include "secrets.h"

#include <stdio.h>
#include <stdlib.h>

static nbt_secret **secrets;
static size_t secret_count;

void add_secret(cJSON *fields, nbt_secret *secret) {
    if (secret == NULL) {
        cJSON_AddNullToObject(fields, "plain_token");
        cJSON_AddNullToObject(fields, "secret");
        return;
    }
    nbt_secret **grown = realloc(secrets, (secret_count + 1) * sizeof *secrets);
    if (grown == NULL) {
        die("out of memory");
    }
    secrets = grown;
    secrets[secret_count] = secret;
    char handle[24];
    snprintf(handle, sizeof handle, "%zu", secret_count++);
    cJSON_AddStringToObject(fields, "plain_token", nbt_secret_masked(secret));
    cJSON_AddStringToObject(fields, "secret", handle);
}

const nbt_secret *find_secret(const cJSON *args, const char *key) {
    const char *handle = text(args, key);
    size_t at = handle == NULL ? secret_count : strtoul(handle, NULL, 10);
    return at < secret_count ? secrets[at] : NULL;
}

void free_all_secrets(void) {
    for (size_t i = 0; i < secret_count; i++) {
        nbt_secret_free(secrets[i]);
    }
    free(secrets);
}
