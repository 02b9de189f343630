package programs

// separators of directories, and of drives: a name with one is a path.
const separators = `\/:`
