// Gets what the tests need beyond npm packages: real etcd servers and a browser. See docs/development.md.
