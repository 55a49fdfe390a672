/* The sessions of logins, by handle, for as long as the adapter runs. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include "show.h"

/* Keeps a session. Its handle is its place. */
size_t keep_session(nbt_login_session *session);

/* The session of the handle in the field "session"; NULL if there is none. */
const nbt_login_session *find_session(const cJSON *fields);

void free_all_sessions(void);

#endif
