package broker

import (
	"cmp"
	"fmt"
)

// deleteCommand deletes a key.
func deleteCommand(id string) string { return "awsbroker keys delete " + ShellWord(cmp.Or(id, "ID")) }

// deleteWith is the command that deletes a key without us.
func deleteWith(user, id string) string {
	return fmt.Sprintf("aws iam delete-access-key --user-name %s --access-key-id %s", ShellWord(user), ShellWord(id))
}
