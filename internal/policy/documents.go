// Package policy writes, reads and compares IAM policies: those that bootstrap
// gives an account, those that revoke puts on users and roles, and what doctor
// wants to know of others.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The policies of the account that awsbroker is for (design.md 1).

// AWS's own policies, by the end of their ARNs.
const (
	AdministratorAccess = "AdministratorAccess"
	ReadOnlyAccess      = "ReadOnlyAccess"
	BillingPolicy       = "job-function/Billing"
	ChangePassword      = "IAMUserChangePassword"
)

// ManagedARN is the ARN of a policy of AWS's own.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
func ManagedARN(partition, name string) string {
	return "arn:" + partition + ":iam::aws:policy/" + name
}

// TrustWithMFA lets users of an account assume a role, with MFA. Bool and not
// BoolIfExists: a request without the fact is then refused. users are the ARNs of those
// that may; without them it is everybody whose own policies allow it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
func TrustWithMFA(partition, account string, users ...string) string {
	condition := map[string]any{"Bool": map[string]any{"aws:MultiFactorAuthPresent": "true"}}
	if len(users) > 0 {
		condition["ArnEquals"] = map[string]any{"aws:PrincipalArn": slices.Sorted(slices.Values(users))}
	}
	return Compose(map[string]any{
		"Effect":    "Allow",
		"Principal": map[string]any{"AWS": "arn:" + partition + ":iam::" + account + ":root"},
		"Action":    "sts:AssumeRole",
		"Condition": condition,
	})
}

// TrustNobody lets nobody assume a role: a condition that names nobody would be refused
// by AWS, and one left out would trust everybody.
func TrustNobody() string {
	return Compose(map[string]any{"Effect": "Deny", "Principal": map[string]any{"AWS": "*"}, "Action": "sts:AssumeRole"})
}

// TrustedUsers returns the ARNs of the users that a policy of [TrustWithMFA] names; nil
// for every other policy, and for one that names nobody.
func TrustedUsers(partition, account, document string) []string {
	var doc readable
	if json.Unmarshal([]byte(document), &doc) != nil || len(doc.Statement) != 1 {
		return nil
	}
	var users []string
	for key, values := range doc.Statement[0].Condition["ArnEquals"] {
		if !strings.EqualFold(key, "aws:PrincipalArn") {
			return nil
		}
		for _, v := range values {
			arn, ok := v.(string)
			if !ok || strings.ContainsAny(arn, "*?$") {
				return nil
			}
			users = append(users, arn)
		}
	}
	if len(users) == 0 || !Same(document, TrustWithMFA(partition, account, users...)) {
		return nil
	}
	return users
}

// AllowAssume allows one thing: to assume a role.
func AllowAssume(roleARN string) string {
	return Compose(map[string]any{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roleARN})
}

// SelfService lets users manage their own MFA devices, password and keys, all of it
// with MFA. It is AWS's policy for the purpose, less its Deny: who has this has nothing
// else that would have to be denied, and the Deny would stand in the way of AssumeRole.
// A first device is an administrator's to enroll, unless firstDevice lets users do that
// with their key or password alone: whoever has either can then become what the device
// makes of the user. The device has the user's name, so that a user who has it cannot
// be given a second one in this way, nor take a colleague's name, nor use up the
// account's quota.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage-mfa-only.html
func SelfService(partition string, firstDevice bool) string {
	iam := "arn:" + partition + ":iam::*:"
	own := []string{iam + "user/${aws:username}", iam + "user/*/${aws:username}"} // with a path, too
	statements := []map[string]any{
		{"Sid": "ManageOwnWithMFA", "Effect": "Allow", "Resource": append(slices.Clone(own), iam+"mfa/*"),
			"Action": []string{"iam:GetUser", "iam:ListMFADevices", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ResyncMFADevice",
				"iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice", "iam:ChangePassword", "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed",
				"iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"},
			"Condition": withMFA()},
		{"Sid": "ListWithMFA", "Effect": "Allow", "Resource": "*",
			"Action":    []string{"iam:ListVirtualMFADevices", "iam:GetAccountPasswordPolicy"},
			"Condition": withMFA()},
	}
	if firstDevice {
		statements = append(statements,
			map[string]any{"Sid": "EnrollFirstDevice", "Effect": "Allow", "Resource": own,
				"Action": []string{"iam:GetUser", "iam:ListMFADevices", "iam:EnableMFADevice"}},
			map[string]any{"Sid": "MakeFirstDevice", "Effect": "Allow", "Resource": iam + "mfa/${aws:username}",
				"Action": []string{"iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"}}, // AWS deletes none that is enabled
			map[string]any{"Sid": "ListForFirstDevice", "Effect": "Allow", "Resource": "*",
				"Action": "iam:ListVirtualMFADevices"})
	}
	return Compose(statements...)
}

func withMFA() map[string]any {
	return map[string]any{"Bool": map[string]any{"aws:MultiFactorAuthPresent": "true"}}
}

// Compose writes a document down, its parts in the order that people expect.
func Compose(statements ...map[string]any) string {
	type statement struct {
		Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition any `json:",omitempty"`
	}
	document := struct {
		Version   string
		Statement []statement
	}{Version: "2012-10-17"}
	for _, s := range statements {
		document.Statement = append(document.Statement, statement{s["Sid"], s["Effect"], s["Principal"], s["NotPrincipal"],
			s["Action"], s["NotAction"], s["Resource"], s["NotResource"], s["Condition"]})
	}
	data, err := json.Marshal(document)
	if err != nil {
		panic(err) // they are maps of strings
	}
	return string(data)
}

// Same reports whether two documents say the same: order, one string or
// a list of one, names of statements and the two spellings of an account as a
// principal do not matter.
func Same(a, b string) bool {
	x, errX := Normalize(a)
	y, errY := Normalize(b)
	return errX == nil && errY == nil && x == y
}

// Normalize is a document as text in which what means the same is spelled
// alike, a line a value.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func Normalize(document string) (string, error) {
	var p struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(document), &p); err != nil {
		return "", err
	}
	statements, err := statementsOf(document)
	if err != nil {
		return "", err
	}
	var all []any
	for _, s := range statements {
		delete(s, "Sid")
		for key, value := range s {
			s[key] = normalizeValue(key, value)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b any) int { return strings.Compare(asText(a), asText(b)) })
	return asText(map[string]any{"Version": p.Version, "Statement": all}) + "\n", nil
}

// statementsOf a document, which may have one outside of a list.
func statementsOf(document string) ([]map[string]any, error) {
	var p struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(document), &p); err != nil {
		return nil, err
	}
	var many []map[string]any
	if json.Unmarshal(p.Statement, &many) == nil {
		return many, nil
	}
	var one map[string]any
	if err := json.Unmarshal(p.Statement, &one); err != nil {
		return nil, err
	}
	return []map[string]any{one}, nil
}

// normalizeValue of an element of a statement.
func normalizeValue(key string, value any) any {
	switch v := value.(type) {
	case string:
		if key == "Effect" {
			return v
		}
		return []string{v}
	case bool, float64:
		return []string{fmt.Sprint(v)} // in conditions; IAM takes true for "true"
	case []any:
		list := []string{} // an empty one is written as such
		for _, item := range v {
			list = append(list, fmt.Sprint(item))
		}
		slices.Sort(list)
		return slices.Compact(list)
	case map[string]any:
		out := map[string]any{}
		for k, inner := range v {
			if key == "Condition" {
				k = strings.TrimSpace(k)
			}
			if strings.HasPrefix(strings.ToLower(k), "aws:") || strings.HasPrefix(strings.ToLower(k), "sts:") {
				k = strings.ToLower(k) // keys of conditions know no case
			}
			out[k] = normalizeValue("", inner)
		}
		if aws, ok := out["AWS"].([]string); ok && (key == "Principal" || key == "NotPrincipal") {
			out["AWS"] = accountsByID(aws)
		}
		return out
	}
	return value
}

// accountsByID spells arn:aws:iam::123456789012:root as 123456789012, which is
// the same principal.
func accountsByID(principals []string) []string {
	for i, p := range principals {
		if f := strings.Split(p, ":"); len(f) == 6 && f[0] == "arn" && f[2] == "iam" && f[5] == "root" {
			principals[i] = f[4]
		}
	}
	slices.Sort(principals)
	return slices.Compact(principals)
}

// asText is JSON with a line a value, keys in order.
func asText(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimRight(b.String(), "\n")
}
