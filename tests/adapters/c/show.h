/* How the adapter of C prints what the library gave: the JSON of tests/adapters/README.md. */
#ifndef SHOW_H
#define SHOW_H

#include <cjson/cJSON.h>
#include <netbird_tokens.h>

/* The text of a field; NULL if it is absent or not a text. */
const char *text(const cJSON *fields, const char *key);

/* Reads a whole number that a double holds exactly. */
bool whole(const cJSON *value, int64_t *number);

/* Ends the adapter: a fault of the adapter or of the runner. */
void die(const char *what);

/* In UTC, cut to microseconds, always six digits. */
cJSON *show_time(int64_t seconds, uint32_t nanoseconds);

cJSON *show_error(const nbt_error *error);

/* With "now" in args, also what the library says about the token at that instant. */
cJSON *show_token(const nbt_token *token, const cJSON *args);

cJSON *show_user(const nbt_user *user);

cJSON *show_check(const nbt_credential_check *check, const cJSON *args);

#endif
