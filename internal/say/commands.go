package say

import (
	"cmp"
	"fmt"
)

// DeleteKey returns the command that deletes the access key with this id.
func DeleteKey(id string) string { return "awsbroker keys delete " + ShellWord(cmp.Or(id, "ID")) }

// DeleteKeyWithAWS returns the command of the AWS CLI that deletes an access key of a
// user.
func DeleteKeyWithAWS(user, id string) string {
	return fmt.Sprintf("aws iam delete-access-key --user-name %s --access-key-id %s", ShellWord(user), ShellWord(id))
}
