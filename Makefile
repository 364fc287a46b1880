.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

test: ## install what tests need, start it, run everything (at most 25 minutes on two cores)
	@scripts/test.sh

soak: ## the same with full counts and a minute of each fuzz target: an hour; summary in soak.txt
	@scripts/test.sh soak

proof: ## every rule: its stories with and without its levers, and the Go tests it names
	@scripts/test.sh go run ./cmd/guanjia handbook coverage --mutate --tests

quick: ## SQLite only, no browser: for the hand that is typing
	GUANJIA_TEST_POSTGRES=off go test $$(go list ./... | grep -v /e2e)

gen: ## regenerate templates
	go tool templ generate -path .

pictures: ## make the pictures of every page in docs/screens anew
	GUANJIA_SCREENS=$(CURDIR)/docs/screens go test ./e2e/browser -count=1 -timeout 30m -run TestScreens
	GUANJIA_SCREENS=$(CURDIR)/docs/screens go test ./e2e/browser -count=1 -run 'TestRepairFromRingToFiled$$'

build: ## one static binary in bin/
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/guanjia ./cmd/guanjia

demo: ## the demo project on 127.0.0.1:8080
	go run ./cmd/guanjia demo

.PHONY: help test soak proof quick gen pictures build demo
