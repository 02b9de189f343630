package fakeaws

// keyStatus is the state of a long-term access key.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
type keyStatus string

const (
	statusActive   keyStatus = "Active"
	statusInactive keyStatus = "Inactive"
)

// AccessKey is a long-term access key of a user or of root. ID and Secret do
// not change; a request signed with a key that is inactive, deleted or unknown
// gets InvalidClientTokenId.
type AccessKey struct {
	ID     string
	Secret string

	user   *User
	status keyStatus
}

// AddAccessKey gives u one more active access key.
func (u *User) AddAccessKey() *AccessKey {
	return u.ImportAccessKey(newKeyID(prefixAccessKey), newSecretKey())
}

// ImportAccessKey gives u an active access key with an id and a secret that
// the caller chose.
func (u *User) ImportAccessKey(id, secret string) *AccessKey {
	s := u.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	key := &AccessKey{ID: id, Secret: secret, user: u, status: statusActive}
	s.keys[id] = key
	return key
}

// Deactivate makes the key inactive until Activate.
func (k *AccessKey) Deactivate() { k.setStatus(statusInactive) }

// Activate makes an inactive key active again.
func (k *AccessKey) Activate() { k.setStatus(statusActive) }

func (k *AccessKey) setStatus(status keyStatus) {
	s := k.user.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k.status = status
}

// Delete removes the key for good. Sessions made with it live on until they
// expire.
func (k *AccessKey) Delete() {
	s := k.user.account.server
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, k.ID)
}
