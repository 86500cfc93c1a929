# The only commands anyone has to know. `make run` and `make test` do all that is needed before them.
.PHONY: setup setup-tests build run test soak bench bench-ledger install uninstall clean

PREFIX ?= /usr/local

setup:
	@scripts/setup.sh

setup-tests:
	@scripts/setup.sh tests

build: setup
	@scripts/build.sh

run: build
	@scripts/setup.sh walk
	@scripts/walk.sh

test: build setup-tests
	@scripts/test.sh

soak: build setup-tests
	@scripts/soak.sh

bench: build setup-tests
	@scripts/bench.sh

bench-ledger: setup
	@scripts/bench-ledger.sh

install: build
	install -D -m 0755 bin/eventdock $(DESTDIR)$(PREFIX)/bin/eventdock
	install -d -m 0711 $(DESTDIR)/var/lib/eventdock

# The images, containers and the ledger in /var/lib/eventdock stay: they are removed by hand or not at all.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/eventdock

clean:
	rm -rf artifacts bin
