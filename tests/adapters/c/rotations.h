/* The commands about rotations. One that has begun is kept under a handle until rotation_drop. */
#ifndef ROTATIONS_H
#define ROTATIONS_H

#include "clients.h"

answer rotate_token(const nbt_client *client, const cJSON *args);

answer resume_rotation(const nbt_client *client, const cJSON *args);

/* A command on a rotation that has begun: its name starts with "rotation_". False if there is no such command. */
bool rotation_command(const char *operation, const cJSON *args, answer *given);

void free_all_rotations(void);

#endif
