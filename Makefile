# What there is to do. `make demo` and `make test` need Go and nothing else.

GO         ?= go
# Many tests wait for something: more of them at once than there are cores.
TEST_FLAGS ?= -parallel 8
# Without cgo the binary is static, which halves the time to start it. macOS
# needs cgo for its Keychain.
CGO        := $(if $(filter Darwin,$(shell uname -s)),1,0)
# What starts first is small: pages of it are read at every start (docs/performance.md).
# What is run once is not inlined: the SDK's 64 operations are a third smaller.
# HTTP/2 has no use for one request a connection.
COMPACT    := -trimpath -buildvcs=auto -tags nethttpomithttp2 -ldflags '-s -w -funcalign=16' \
	$(foreach p,github.com/... gopkg.in/... golang.org/... vendor/... net/... crypto/tls crypto/x509 encoding/... regexp/... math/big text/... reflect fmt log/... compress/...,-gcflags=$(p)=-l)
PACKAGES   := ./...
# How long each fuzz target looks for an input that fails: 10s, 2m.
FUZZTIME   ?= 10s
# The systems that a release is for. Those of macOS need its cgo, so only macOS builds them.
TARGETS_Linux  := linux/amd64 linux/arm64 linux/386 linux/arm windows/amd64 windows/arm64 freebsd/amd64 freebsd/arm64
TARGETS_Darwin := darwin/amd64 darwin/arm64
TARGETS    ?= $(TARGETS_$(shell uname -s))
STATICCHECK := honnef.co/go/tools/cmd/staticcheck

# The program first, because compiling takes a minute the first time, and tells what it does.
DEMO := echo 'compiling what is not compiled yet' >&2; \
	CGO_ENABLED=0 $(GO) build -v -trimpath -ldflags '-s -w' -o /dev/null ./cmd/awsbroker && \
	CGO_ENABLED=0 $(GO) run -v -trimpath ./internal/demo

.DEFAULT_GOAL := help
.PHONY: help build programs dist systems test check lint vulncheck bench storm faults fuzz demo demo-shell demo-picture docs install uninstall man troubleshooting doctor e2e tools clean

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## bin/awsbroker
	@echo 'compiling what is not compiled yet'
	@CGO_ENABLED=$(CGO) $(GO) build -v $(COMPACT) -o bin/.linked ./cmd/awsbroker
	@cp bin/.linked bin/awsbroker && rm bin/.linked # what the linker writes lies in memory page by page, and starts slower

# One go test tells of its packages in their order: of the longest, acceptance,
# before all others. By itself it goes on beside them.
test: ## all tests of this module: two to four minutes
	@echo 'compiling what is not compiled yet'
	@$(GO) build -v $(PACKAGES)
	@echo 'testing: a line a package, acceptance last'
	@$(GO) test $(TEST_FLAGS) ./acceptance & acceptance=$$!; \
	$(GO) test $(TEST_FLAGS) ./cmd/... ./internal/...; others=$$?; \
	wait $$acceptance && exit $$others

# The tests in acceptance and cmd run the program in processes of its own, which
# the race detector does not see; they go on beside the others.
check: lint ## what a change has to pass: lint, and the short tests, with -race (make test has them all)
	@$(GO) test -short $(TEST_FLAGS) ./acceptance ./cmd/... & cmd=$$!; \
	$(GO) test -race -short $(TEST_FLAGS) ./internal/...; internal=$$?; \
	wait $$cmd && exit $$internal

lint: ## format, vet, staticcheck
	@test -z "$$(gofmt -l acceptance cmd internal e2e tools)" || { gofmt -l acceptance cmd internal e2e tools; echo 'run: gofmt -w acceptance cmd internal e2e tools'; exit 1; }
	$(GO) vet $(PACKAGES)
	$(GO) tool staticcheck $(PACKAGES)

vulncheck: ## known vulnerabilities in what is linked; needs their database from the network
	.ci/vulncheck

bench: ## how fast, as ratios taken in one run
	$(GO) run ./internal/bench

storm: ## crowds of callers that are killed while AWS is slow, throttles and cuts off: three minutes
	$(GO) run ./internal/storm

fuzz: ## what is read from elsewhere, with made-up inputs: FUZZTIME=10s a target, and a table
	@$(GO) run ./internal/fuzz $(FUZZTIME)

faults: ## awsbroker where the power, the disk, the kernel, the clock or the bus fails (root, strace)
	$(GO) run ./internal/havoc

demo: ## the main job, against a fake AWS on this machine
	@$(DEMO)

demo-shell: ## the same by hand: a shell beside the fake AWS
	@$(DEMO) -shell

demo-picture: ## docs/demo.svg, the terminal of make demo
	$(GO) run ./internal/demo -picture docs/demo.svg

man: ## docs/man from the commands
	AWSBROKER_WRITE_MAN=1 $(GO) test ./cmd/awsbroker -run TestManPages

troubleshooting: ## docs/troubleshooting.md from what really happens
	AWSBROKER_WRITE_DOCS=1 $(GO) test ./acceptance -parallel 8 -run TestFaults

doctor: ## docs/doctor.md from what doctor finds
	AWSBROKER_WRITE_DOCS=1 $(GO) test ./acceptance -parallel 8 -run TestDoctorFinds

docs: ## what README and the pages of docs show, from real runs
	AWSBROKER_WRITE_DOCS=1 $(GO) test ./cmd/awsbroker -count=1 -run TestPages

e2e: ## real AWS clients through the real binary (installs Debian and npm packages)
	e2e/run

tools: ## docs/tools.md from real runs of forty tools (installs them: an hour the first time)
	cd e2e && $(GO) run ./tools

# As root there may be no Go: what was built before is installed.
install: $(if $(shell command -v $(GO)),build) ## program, man pages, completion; PREFIX=/usr/local, or ~/.local
	@DESTDIR='$(DESTDIR)' packaging/install add '$(PREFIX)'

uninstall: ## what install put there
	@DESTDIR='$(DESTDIR)' packaging/install remove '$(PREFIX)'

# For each system a directory OS_ARCH in bin, as package dist reads it.
programs: ## bin/OS_ARCH/awsbroker for each system that this one can build for
	@set -e; for target in $(TARGETS); do echo $$target; \
	to=bin/$${target%/*}_$${target#*/}; mkdir -p $$to; \
	GOOS=$${target%/*} GOARCH=$${target#*/} CGO_ENABLED=$(CGO) $(GO) build $(COMPACT) -o $$to/ ./cmd/awsbroker; done

# Everything has the time of the commit, and nothing has a name of this machine.
dist: build programs ## dist: packages and archives of this commit, the same bytes each time
	@rm -rf dist bin/files && mkdir -p dist
	@DESTDIR=bin/files packaging/install add /usr >/dev/null && gzip -9n bin/files/usr/share/man/man1/*
	@bin/awsbroker completion powershell >bin/files/awsbroker.ps1
	@cd tools/dist && $(GO) run .
	@ls dist

systems: ## build and vet for every system of a release
	@set -e; for target in $(TARGETS_Linux) $(TARGETS_Darwin); do echo $$target; \
	export GOOS=$${target%/*} GOARCH=$${target#*/} CGO_ENABLED=0; \
	$(GO) build -o /dev/null ./cmd/awsbroker; $(GO) vet ./cmd/... ./internal/...; done

clean:
	rm -rf bin dist
