package variables

import (
	"strconv"
	"time"
)

// ProfileName is the variable that tells the command of exec whose session it has.
const ProfileName = "AWSBROKER_PROFILE"

// OfProfile are the variables by which a command, and the prompt of a shell, know whose
// session it has. AWS_VAULT is the one that the prompts of other people show. With
// AWS_SDK_LOAD_CONFIG older SDKs (JavaScript v2, Go v1) read ~/.aws/config as others do.
func OfProfile(profile string) []Variable {
	if profile == "" {
		return nil
	}
	return []Variable{{ProfileName, profile}, {"AWS_VAULT", profile}, {"AWS_SDK_LOAD_CONFIG", "1"}}
}

// Segment is what a shell's prompt shows of a session: "admin 47m", "admin ended". end
// is zero where it is not known.
func Segment(profile string, end, now time.Time) string {
	left := end.Sub(now)
	switch minutes := int((left + time.Minute - 1) / time.Minute); {
	case end.IsZero():
		return profile
	case left <= 0:
		return profile + " ended"
	case minutes >= 100:
		return profile + " " + strconv.Itoa(minutes/60) + "h"
	default:
		return profile + " " + strconv.Itoa(minutes) + "m"
	}
}
