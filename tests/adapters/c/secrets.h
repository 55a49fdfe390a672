/* The secrets that the adapter got, by handle, for as long as it runs. */
#ifndef SECRETS_H
#define SECRETS_H

#include "show.h"

/* Adds "plain_token" and "secret" to the fields, and keeps the secret. NULL gives nulls. */
void add_secret(cJSON *fields, nbt_secret *secret);

/* The secret of the handle in a field; NULL if there is none. */
const nbt_secret *find_secret(const cJSON *args, const char *key);

void free_all_secrets(void);

#endif
