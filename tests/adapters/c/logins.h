/* The commands about logins, and the logins and sessions that they keep by handle. */
#ifndef LOGINS_H
#define LOGINS_H

#include "clients.h"

/* Runs a command about a login; false if it is none. `cancel` ends it, and may be NULL. */
bool login_command(const char *operation, const cJSON *args, const nbt_cancel *cancel, answer *given);

void free_all_logins(void);

#endif
