package config

// Sisters returns the other profiles whose first call the key of a name signs, in the
// order of the files. Profiles that cannot be used are left out.
func (c *Config) Sisters(key, profile string) (sisters []*Profile) {
	for _, name := range c.Names() {
		if name == profile {
			continue
		}
		if p, err := c.Resolve(name); err == nil && p.KeyName == key {
			sisters = append(sisters, p)
		}
	}
	return sisters
}

// ProposeRegion returns the region that a profile without one is most likely meant to
// have: that of its source profile or the profile that is called like its key, else
// the one that all other profiles of its key agree on, else that of [default], which
// aws-vault gives to every profile. It is empty where none of them says, and never of
// another partition than the profile.
func (c *Config) ProposeRegion(p *Profile) string {
	fits := func(region string) bool { return region != "" && PartitionOfRegion(region) == p.Partition }
	for s := p.Source; s != nil; s = s.Source {
		if fits(s.Region) {
			return s.Region
		}
	}
	agreed := map[string]bool{}
	last := ""
	for _, s := range c.Sisters(p.KeyName, p.Name) {
		switch {
		case !fits(s.Region):
		case s.Name == p.KeyName:
			return s.Region
		default:
			agreed[s.Region], last = true, s.Region
		}
	}
	if len(agreed) == 1 {
		return last
	}
	if region, ok := c.Value("default", "region"); ok && CheckRegion(region) == "" && fits(region) {
		return region
	}
	return ""
}
