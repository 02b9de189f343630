package fakeaws

// summaryXML is a map on the wire.
type summaryXML struct {
	SummaryMap struct {
		Entries []entryXML `xml:"entry"`
	}
}

type entryXML struct {
	Key   string `xml:"key"`
	Value int    `xml:"value"`
}

// getAccountSummary has the entries of which the fake knows something.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
func getAccountSummary(x *exchange, who *caller) (any, *apiError) {
	if err := x.params.check(); err != nil {
		return nil, err
	}
	if err := x.may(who, "*", ""); err != nil {
		return nil, err
	}
	a := who.account
	policies, inUse := 0, 0
	for arn := range a.managed {
		if !isAWSPolicy(arn) {
			policies++
		}
	}
	for _, d := range a.devices {
		if d.user != nil {
			inUse++
		}
	}
	rootPassword := 1
	if a.noRootPassword {
		rootPassword = 0
	}
	var out summaryXML
	for key, value := range map[string]int{
		"AccountAccessKeysPresent": min(len(a.root.liveKeys()), 1), "AccountMFAEnabled": min(len(a.root.devices), 1),
		"AccountPasswordPresent": rootPassword,
		"Users":                  len(a.users), "Groups": len(a.groups), "Roles": len(a.roles), "Policies": policies,
		"MFADevices": len(a.devices), "MFADevicesInUse": inUse,
		"AccessKeysPerUserQuota": keysPerUser, "GroupsPerUserQuota": groupsPerUser, "VersionsPerPolicyQuota": versionsPerPolicy,
		"AttachedPoliciesPerUserQuota": policiesPerEntity, "UsersQuota": 5000, "GroupsQuota": 300, "RolesQuota": 1000,
	} {
		out.SummaryMap.Entries = append(out.SummaryMap.Entries, entryXML{key, value})
	}
	return out, nil
}

// RemoveRootPassword leaves the account with a root user who cannot sign in, as
// an organization may have its accounts.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html#id_root-user-access-management
func (a *Account) RemoveRootPassword() {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.noRootPassword = true
}

type aliasesXML struct {
	AccountAliases membersXML[string]
	pageXML
}

// listAccountAliases: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html
func listAccountAliases(x *exchange, who *caller) (any, *apiError) {
	page := readPage(x.params)
	if err := x.params.check(); err != nil {
		return nil, err
	}
	if err := x.may(who, "*", ""); err != nil {
		return nil, err
	}
	var all []string
	if who.account.alias != "" {
		all = append(all, who.account.alias)
	}
	var out aliasesXML
	var err *apiError
	out.AccountAliases, out.pageXML, err = onPage(x, page, all, func(alias string) string { return alias })
	return out, err
}

// SetAlias names the account for its sign-in URL; "" takes the name away.
func (a *Account) SetAlias(alias string) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.alias = alias
}
