/* The audit of an account. */
#ifndef AUDITS_H
#define AUDITS_H

#include "clients.h"

/* Takes every result, and prints them with the summary. */
answer audit_tokens(const nbt_client *client, const cJSON *args);

#endif
