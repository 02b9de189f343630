package say

import (
	"cmp"
	"fmt"
)

// DeleteKey deletes a key.
func DeleteKey(id string) string { return "awsbroker keys delete " + ShellWord(cmp.Or(id, "ID")) }

// DeleteKeyWithAWS is the command that deletes a key without us.
func DeleteKeyWithAWS(user, id string) string {
	return fmt.Sprintf("aws iam delete-access-key --user-name %s --access-key-id %s", ShellWord(user), ShellWord(id))
}
