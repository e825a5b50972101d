# What each target does is TypeScript under tools/; `make help` lists all commands, ARGS passes options to one:
#   make up STACK=full
#   make tools ARGS=--refresh

STACK ?= dev-fast
ARGS ?=

NODE_MODULES := node_modules/.package-lock.json
RUN = @node tools/run.js $@ --stack $(STACK) $(ARGS)

.PHONY: help up preview policy outputs token down test bench charts images collector demo tools env secrets docs lint typecheck \
	charts-update manifests render push watch

help: $(NODE_MODULES)
	@node tools/run.js help $(ARGS)

up preview policy outputs down bench charts images collector demo tools env secrets docs watch: $(NODE_MODULES)
	$(RUN)

# make token USER=alice [TTL=10m], of stack full unless another is named. The shell's USER is somebody else.
token: $(NODE_MODULES)
	@node tools/run.js token --stack $(if $(filter file,$(origin STACK)),full,$(STACK)) \
		$(if $(filter command,$(origin USER)),--user $(USER)) $(if $(TTL),--ttl $(TTL)) $(ARGS)

# Of stack full unless another is named, as only a stack with Argo CD has something to push to.
push: $(NODE_MODULES)
	@node tools/run.js push --stack $(if $(filter file,$(origin STACK)),full,$(STACK)) $(ARGS)

# make charts-update NAME=loki VERSION=18.12.0
charts-update: $(NODE_MODULES)
	@node tools/run.js charts-update $(if $(NAME),--name $(NAME)) $(if $(VERSION),--version $(VERSION)) $(ARGS)

# make manifests STACK=full OUT=folder
manifests: $(NODE_MODULES)
	$(RUN) $(if $(OUT),--out $(OUT))

# Of all stacks, unless one is named.
render: $(NODE_MODULES)
	@node tools/run.js render $(if $(filter command,$(origin STACK)),$(STACK)) $(ARGS)

test: $(NODE_MODULES)
	@node tools/run.js test $(ARGS)

# One tier: test-static, test-unit, test-processes, test-nix, test-engine, test-gitops, test-programs, test-dataflow, test-kind.
test-%: $(NODE_MODULES)
	@node tools/run.js test $* --stack $(STACK) $(ARGS)

lint typecheck: $(NODE_MODULES)
	@npm run --silent $@

# Standard output stays clean: `make env` is for eval.
$(NODE_MODULES): package-lock.json
	@command -v npm >/dev/null || { echo 'npm is not on PATH: install Node 20.11 or newer (https://nodejs.org)' >&2; exit 1; }
	@echo 'installing npm packages' >&2
	@npm ci >&2
	@touch $@
