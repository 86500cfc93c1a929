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
	install -D -m 0644 packaging/eventdock-anchor.timer $(DESTDIR)$(PREFIX)/lib/systemd/system/eventdock-anchor.timer
	sed 's|@PREFIX@|$(PREFIX)|' packaging/eventdock-anchor.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/eventdock-anchor.service
	chmod 0644 $(DESTDIR)$(PREFIX)/lib/systemd/system/eventdock-anchor.service

# The images, containers and the ledger in /var/lib/eventdock stay: they are removed by hand or not at all.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/eventdock
	rm -f $(DESTDIR)$(PREFIX)/lib/systemd/system/eventdock-anchor.timer $(DESTDIR)$(PREFIX)/lib/systemd/system/eventdock-anchor.service

clean:
	rm -rf artifacts bin
