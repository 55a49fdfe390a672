/* The adapter's clients by name, and the options that they are built with. */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "show.h"

/* What a command answers: exactly one of the two. */
typedef struct answer {
    cJSON *ok;
    cJSON *error;
} answer;

answer ok(cJSON *value);

/* Prints an error and frees it. */
answer failed(nbt_error *error);

/* An argument that C's types would not have let through. */
answer refused(const char *message);

/* The names of the options of new_client, and how many there are. */
extern const char *const OPTIONS[];
extern const int OPTION_COUNT;

/* The credential that the fields give; NULL if they give none. */
nbt_result read_credential(const cJSON *fields, nbt_credential **credential, nbt_error **error);

/* A builder with the options; false, with what to answer, if they are refused. */
bool read_builder(const cJSON *options, nbt_client_builder **builder, answer *refusal);

/* Builds a client and keeps it under a name, in place of the one before. */
answer new_client(const char *name, const cJSON *options);

/* The client of that name, NULL if there is none. */
const nbt_client *find_client(const char *name);

/* Waits for the client's interrupted creates, and frees it. */
answer close_client(const char *name);

void close_all_clients(void);

#endif
