package fakeaws

import (
	"path"
	"time"
)

// keysPerUser counts inactive keys too.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const keysPerUser = 2

type createdKeyXML struct {
	AccessKey struct {
		UserName        string
		AccessKeyID     string `xml:"AccessKeyId"`
		Status          keyStatus
		SecretAccessKey string
		CreateDate      string
	}
}

// createAccessKey: the answer is the only one that ever has the secret.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
func createAccessKey(x *exchange, who *caller) (any, *apiError) {
	u, err := x.keyOwner(who)
	if err != nil {
		return nil, err
	}
	if len(u.liveKeys()) >= keysPerUser {
		return nil, errLimit("Cannot exceed quota for AccessKeysPerUser: %d", keysPerUser)
	}
	key := &AccessKey{ID: newKeyID(prefixAccessKey), Secret: newSecretKey(), user: u, created: x.now}
	x.server.keys[key.ID] = key
	key.change(statusActive, x.now)
	x.call.Created = key.ID
	var out createdKeyXML
	out.AccessKey.UserName = u.wireName()
	out.AccessKey.AccessKeyID, out.AccessKey.SecretAccessKey = key.ID, key.Secret
	out.AccessKey.Status, out.AccessKey.CreateDate = key.status, date(key.created)
	return out, nil
}

// updateAccessKey: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
func updateAccessKey(x *exchange, who *caller) (any, *apiError) {
	id := x.params.required("AccessKeyId", length(16, 128), matching(`[\w]+`))
	status := keyStatus(x.params.required("Status", oneOfValues("Active", "Inactive")))
	key, err := x.keyTarget(who, id)
	if err != nil {
		return nil, err
	}
	if key.status != status {
		key.change(status, x.now)
	}
	return nil, nil
}

// deleteAccessKey: a key may delete itself, which is the last thing it does.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
func deleteAccessKey(x *exchange, who *caller) (any, *apiError) {
	id := x.params.required("AccessKeyId", length(16, 128), matching(`[\w]+`))
	key, err := x.keyTarget(who, id)
	if err != nil {
		return nil, err
	}
	key.change(statusDeleted, x.now)
	return nil, nil
}

type keyMetadataXML struct {
	UserName    string
	AccessKeyID string `xml:"AccessKeyId"`
	Status      keyStatus
	CreateDate  string
}

type accessKeysXML struct {
	UserName          string
	AccessKeyMetadata membersXML[keyMetadataXML]
	pageXML
}

// listAccessKeys sorts by id, which says nothing of age: IAM promises no order.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
func listAccessKeys(x *exchange, who *caller) (any, *apiError) {
	page := readPage(x.params)
	u, err := x.keyOwner(who)
	if err != nil {
		return nil, err
	}
	var all []keyMetadataXML
	for _, key := range x.server.keys {
		if key.user != u {
			continue
		}
		if status := key.listedStatus(x.now); status != statusDeleted {
			all = append(all, keyMetadataXML{u.wireName(), key.ID, status, date(key.created)})
		}
	}
	out := accessKeysXML{UserName: u.wireName()}
	out.AccessKeyMetadata, out.pageXML, err = onPage(x, page, all, func(k keyMetadataXML) string { return k.AccessKeyID })
	return out, err
}

type lastUsedXML struct {
	UserName          string
	AccessKeyLastUsed struct {
		LastUsedDate string `xml:",omitempty"`
		ServiceName  string
		Region       string
	}
}

// getAccessKeyLastUsed does not tell a key of another account from one that
// does not exist.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
func getAccessKeyLastUsed(x *exchange, who *caller) (any, *apiError) {
	id := x.params.required("AccessKeyId", length(16, 128), matching(`[\w]+`))
	if err := x.params.check(); err != nil {
		return nil, err
	}
	key := x.server.keys[id]
	if key == nil || key.status == statusDeleted || key.user.account != who.account {
		return nil, errAccessDenied("User: " + who.arn() + " is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key " + id)
	}
	if err := x.may(who, key.user.ARN(), "access key "+id); err != nil {
		return nil, err
	}
	key.learnUses(x.now, x.server.lag.LastUsed)
	out := lastUsedXML{UserName: key.user.wireName()}
	last := &out.AccessKeyLastUsed
	last.ServiceName, last.Region = "N/A", "N/A"
	if use := key.lastUse; !use.at.IsZero() {
		last.LastUsedDate, last.ServiceName, last.Region = date(use.at), use.service, use.region
	}
	return out, nil
}

// keyOwner reads the UserName of an action on access keys.
func (x *exchange) keyOwner(who *caller) (*User, *apiError) {
	name, named := x.params.optional("UserName", length(1, 128), matching(namePattern))
	if err := x.params.check(); err != nil {
		return nil, err
	}
	return x.selfOrNamed(who, name, named, true)
}

// keyTarget is a key of that user, as it is, however little of it is seen yet.
func (x *exchange) keyTarget(who *caller, id string) (*AccessKey, *apiError) {
	u, err := x.keyOwner(who)
	if err != nil {
		return nil, err
	}
	key := x.server.keys[id]
	if key == nil || key.user != u || key.status == statusDeleted {
		return nil, errNoSuchEntity("The Access Key with id %s cannot be found.", id)
	}
	return key, nil
}

// wireName is the UserName in answers: root is named by its account.
func (u *User) wireName() string {
	if u.isRoot() {
		return u.account.ID
	}
	return path.Base(u.Name)
}

// date is a time as IAM writes it, in whole seconds.
func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
