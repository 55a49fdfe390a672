/* Prints the version of the library, and fails if it is not the header's. */
#include <netbird_tokens.h>
#include <stdio.h>

int main(void) {
    printf("netbird-tokens %s\n", nbt_version());
    return nbt_version_number() == NBT_VERSION_NUMBER ? 0 : 1;
}
