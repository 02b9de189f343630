package setup

import (
	"cmp"
	"context"
	"strings"
)

// fillDevice sets the MFA device: the named one, else the profile's, else the one that
// all other profiles of the key agree on, else a guess.
func (f *filling) fillDevice(ctx context.Context) error {
	named := f.MFASerial
	f.MFASerial = cmp.Or(named, f.is.MFASerial)
	if isWhole(named) || named == "" && (f.MFASerial != "" || f.chained) {
		return nil
	}
	if named == "" {
		if f.MFASerial = f.deviceOfSisters(); f.MFASerial != "" {
			return nil
		}
	}
	account, user, err := f.owner(ctx)
	if err != nil {
		return err
	}
	f.guessed = named == ""
	f.MFASerial = account + "mfa/" + cmp.Or(named, user)
	return nil
}

// deviceOfSisters returns the MFA device that all other profiles of the key have; empty
// if they have none, or several.
func (f *filling) deviceOfSisters() (serial string) {
	for _, p := range f.cfg.Sisters(f.KeyName, f.Profile) {
		switch {
		case p.MFASerial == "" || p.Chained() || p.MFASerial == serial:
		case serial != "":
			return ""
		default:
			serial = p.MFASerial
		}
	}
	return serial
}

// isWhole reports whether what names a device is an ARN, or a serial number as it is
// printed on a piece of hardware, in capitals and digits, and not just a name.
func isWhole(device string) bool {
	return strings.HasPrefix(device, "arn:") ||
		len(device) >= 9 && !strings.ContainsFunc(device, func(r rune) bool { return !('A' <= r && r <= 'Z' || '0' <= r && r <= '9') })
}
