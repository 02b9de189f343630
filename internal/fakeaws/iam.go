package fakeaws

func iamService() *service {
	return &service{
		name:    "iam",
		version: "2010-05-08",
		xmlns:   "https://iam.amazonaws.com/doc/2010-05-08/",
		actions: iamActions,
	}
}

// iamActions are in files of their own, iam_*.go, one for each kind of thing they act on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
var iamActions = map[string]handler{
	"CreateAccessKey":      createAccessKey,
	"UpdateAccessKey":      updateAccessKey,
	"DeleteAccessKey":      deleteAccessKey,
	"ListAccessKeys":       listAccessKeys,
	"GetAccessKeyLastUsed": getAccessKeyLastUsed,

	"CreateUser": createUser,
	"GetUser":    getUser,
	"ListUsers":  listUsers,
	"DeleteUser": deleteUser,

	"CreateGroup":         createGroup,
	"GetGroup":            getGroup,
	"ListGroups":          listGroups,
	"DeleteGroup":         deleteGroup,
	"AddUserToGroup":      addUserToGroup,
	"RemoveUserFromGroup": removeUserFromGroup,
	"ListGroupsForUser":   listGroupsForUser,

	"CreateRole":             createRole,
	"GetRole":                getRole,
	"ListRoles":              listRoles,
	"UpdateRole":             updateRole,
	"UpdateAssumeRolePolicy": updateAssumeRolePolicy,
	"DeleteRole":             deleteRole,

	"CreatePolicy":            createPolicy,
	"GetPolicy":               getPolicy,
	"ListPolicies":            listPolicies,
	"DeletePolicy":            deletePolicy,
	"CreatePolicyVersion":     createPolicyVersion,
	"GetPolicyVersion":        getPolicyVersion,
	"ListPolicyVersions":      listPolicyVersions,
	"SetDefaultPolicyVersion": setDefaultPolicyVersion,
	"DeletePolicyVersion":     deletePolicyVersion,

	"AttachUserPolicy":          attachPolicy(ofUser()),
	"DetachUserPolicy":          detachPolicy(ofUser()),
	"ListAttachedUserPolicies":  listAttachedPolicies(ofUser()),
	"AttachGroupPolicy":         attachPolicy(ofGroup()),
	"DetachGroupPolicy":         detachPolicy(ofGroup()),
	"ListAttachedGroupPolicies": listAttachedPolicies(ofGroup()),
	"AttachRolePolicy":          attachPolicy(ofRole()),
	"DetachRolePolicy":          detachPolicy(ofRole()),
	"ListAttachedRolePolicies":  listAttachedPolicies(ofRole()),

	"CreateVirtualMFADevice": createVirtualMFADevice,
	"EnableMFADevice":        enableMFADevice,
	"ResyncMFADevice":        resyncMFADevice,
	"DeactivateMFADevice":    deactivateMFADevice,
	"DeleteVirtualMFADevice": deleteVirtualMFADevice,
	"ListMFADevices":         listMFADevices,
	"ListVirtualMFADevices":  listVirtualMFADevices,

	"CreateLoginProfile": createLoginProfile,
	"GetLoginProfile":    getLoginProfile,
	"DeleteLoginProfile": deleteLoginProfile,

	"CreateServiceSpecificCredential": createServiceCredential,
	"ListServiceSpecificCredentials":  listServiceCredentials,
	"UpdateServiceSpecificCredential": updateServiceCredential,
	"ResetServiceSpecificCredential":  resetServiceCredential,
	"DeleteServiceSpecificCredential": deleteServiceCredential,

	"GetAccountSummary":  getAccountSummary,
	"ListAccountAliases": listAccountAliases,

	"PutUserPolicy":     putInlinePolicy(ofUser()),
	"GetUserPolicy":     getInlinePolicy(ofUser()),
	"DeleteUserPolicy":  deleteInlinePolicy(ofUser()),
	"ListUserPolicies":  listInlinePolicies(ofUser()),
	"PutRolePolicy":     putInlinePolicy(ofRole()),
	"GetRolePolicy":     getInlinePolicy(ofRole()),
	"DeleteRolePolicy":  deleteInlinePolicy(ofRole()),
	"ListRolePolicies":  listInlinePolicies(ofRole()),
	"PutGroupPolicy":    putInlinePolicy(ofGroup()),
	"GetGroupPolicy":    getInlinePolicy(ofGroup()),
	"DeleteGroupPolicy": deleteInlinePolicy(ofGroup()),
	"ListGroupPolicies": listInlinePolicies(ofGroup()),
}
