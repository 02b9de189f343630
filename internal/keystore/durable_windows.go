package keystore

import (
	"os"

	"golang.org/x/sys/windows"
)

const errReadOnly = windows.ERROR_WRITE_PROTECT

const lockFlag = os.O_CREATE | os.O_RDONLY
