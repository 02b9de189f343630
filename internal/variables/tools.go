package variables

// ofTool returns a session in the form of a program that has settings of its own for it;
// ok is false if format is not the name of one.
func ofTool(format, profile string, s Session) (text string, ok bool) {
	switch format {
	case "mc": // https://min.io/docs/minio/linux/reference/minio-mc.html (MC_HOST_alias); it undoes no escapes
		url := "https://" + s.AccessKeyID + ":" + s.SecretAccessKey + ":" + s.SessionToken + "@" + s3Host(s.Region)
		return exports(Variable{"MC_HOST_" + word(profile), url}), true
	case "pgbackrest": // https://pgbackrest.org/configuration.html#section-repository/option-repo-s3-token
		return exports(Variable{"PGBACKREST_REPO1_S3_KEY", s.AccessKeyID}, Variable{"PGBACKREST_REPO1_S3_KEY_SECRET", s.SecretAccessKey},
			Variable{"PGBACKREST_REPO1_S3_TOKEN", s.SessionToken}), true
	case "rclone": // https://rclone.org/s3/#standard-options
		text = "[" + profile + "]\ntype = s3\nprovider = AWS\naccess_key_id = " + s.AccessKeyID +
			"\nsecret_access_key = " + s.SecretAccessKey + "\nsession_token = " + s.SessionToken + "\n"
		if s.Region != "" {
			text += "region = " + s.Region + "\n"
		}
		return text, true
	case "s3cmd": // https://s3tools.org/kb/item14.htm; bucket_location is also the region that it signs for
		text = "[default]\naccess_key = " + s.AccessKeyID + "\nsecret_key = " + s.SecretAccessKey + "\naccess_token = " + s.SessionToken + "\n"
		if s.Region != "" {
			text += "bucket_location = " + s.Region + "\n"
		}
		return text, true
	}
	return "", false
}

// exports are lines for a POSIX shell.
func exports(all ...Variable) string {
	text := ""
	for _, v := range all {
		text += v.line("env") + "\n"
	}
	return text
}

// s3Host returns the host of S3 in a region, in the partition of that region.
// https://docs.aws.amazon.com/general/latest/gr/s3.html
func s3Host(region string) string {
	in := func(prefix string) bool { return len(region) > len(prefix) && region[:len(prefix)] == prefix }
	switch {
	case region == "":
		return "s3.amazonaws.com"
	case in("cn-"):
		return "s3." + region + ".amazonaws.com.cn"
	case in("eusc-"):
		return "s3." + region + ".amazonaws.eu"
	}
	return "s3." + region + ".amazonaws.com"
}

// word returns s as a part of a variable's name.
func word(s string) string {
	b := []byte(s)
	for i, c := range b {
		if letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'; !letter && (c < '0' || c > '9') {
			b[i] = '_'
		}
	}
	return string(b)
}
