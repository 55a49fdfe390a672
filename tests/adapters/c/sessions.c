#include "sessions.h"

#include <stdlib.h>

static nbt_login_session **sessions;
static size_t session_count;

size_t keep_session(nbt_login_session *session) {
    nbt_login_session **grown = realloc(sessions, (session_count + 1) * sizeof *sessions);
    if (grown == NULL) {
        die("out of memory");
    }
    sessions = grown;
    sessions[session_count] = session;
    return session_count++;
}

const nbt_login_session *find_session(const cJSON *fields) {
    const char *handle = text(fields, "session");
    size_t at = handle == NULL ? session_count : strtoul(handle, NULL, 10);
    return at < session_count ? sessions[at] : NULL;
}

void free_all_sessions(void) {
    for (size_t i = 0; i < session_count; i++) {
        nbt_login_session_free(sessions[i]);
    }
    free(sessions);
}
