package config

// localEncodingIsUTF8 is false where botocore reads the files in the code page
// of the machine, so that a name with an umlaut in a comment is no error.
const localEncodingIsUTF8 = false
