package doctor

// FindingKinds returns all kinds, by the files that declare them. A kind without
// a fixture in acceptance, or a fixture without its kind here, fails a test.
func FindingKinds() []*FindingKind {
	return []*FindingKind{
		// account.go
		rootKeys, rootWithoutMFA,
		// clearkeys.go
		keyInClear, keyShadows, sessionInClear, halfKey,
		// doctor.go
		noHome,
		// environment.go
		envKeys, envOldKeys, envSessionOver, envRole, envProfileMissing, envProfilesDiffer, envLoadConfig, envFileUnexpanded, envFileMissing, envEndpoint, envProxy, clockOff, clockWrong,
		// files.go
		fileRefused, byteOrderMark, keyInComment, misnamedKey, leftover,
		// git.go
		gitHelperBefore, gitPasswordStored,
		// keychain.go
		keychainGone, keychainLocked, keyringInClear, noKey, keyUnlisted, keystoreOverridden, sessionsNowhere, sealedInKeychain, nobodyToAsk,
		// logins.go
		loginInClear,
		// log.go
		logUnwritable,
		// modes.go
		writableByOthers, readableByOthers, programOfOthers, filesOfOthers,
		// problems.go
		besideProcess, unknownSetting, processInCredentials, otherProfile, deviceOfSource, deviceInChain, unportableProcess, quotedValue, trailingComment, overridden, brackets,
		// profiles.go
		profileUnusable, securityKey, keyMissing, noProfile, profileName, defaultProfile, noRegion, longSession, codesWithoutPerson, renewedTooEarly,
		// programs.go
		programMissing, programDiffers,
		// record.go
		recordDamaged, keyOld, rootKeyOver, rotationUnfinished, revocationUnfinished, gitPasswordUnfinished, bootstrapUnfinished, moveUnfinished,
		// roles.go
		trustWithoutMFA, roleOfAnybody, longRoleSession,
		// servicepasswords.go
		servicePassword, oldServicePassword,
		// users.go
		consoleWithoutMFA, alwaysAdmin, loginAroundRole, secondKey, unusedKey,
	}
}
