"""What `tests.benchmarks.http_streams` is made of: a server in C, clients in processes of their own, cases."""
