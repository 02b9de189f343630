package prompt

// Chooser has a person choose one of several things of a kind, such as "profile". The
// name is empty where there is nobody to ask.
type Chooser func(kind string, names []string) (name string, err error)

// One is what the person chooses; nothing if the chooser is nil.
func (c Chooser) One(kind string, names []string) (string, error) {
	if c == nil {
		return "", nil
	}
	return c(kind, names)
}
