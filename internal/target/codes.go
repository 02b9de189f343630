package target

// The settings that name a source of codes.
const (
	ProcessSetting = "awsbroker_mfa_process"
	SeedSetting    = "awsbroker_mfa_seed"
)

// CodeSettings returns the settings of the profile that name sources of codes,
// in the order in which the sources are asked.
func (t *Target) CodeSettings() (all []string) {
	if t.Profile.MFAProcess != "" {
		all = append(all, ProcessSetting)
	}
	if t.Profile.MFASeed != "" {
		all = append(all, SeedSetting)
	}
	return all
}
