package caller

import "os"

func workingDir() (string, error) { return os.Getwd() }
