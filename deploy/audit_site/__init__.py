"""`debunker audit-site`: does a site serve what the root signed?

Spec: docs/protocol.md §10; docs/auditing.md says how to run it again and again.

Anyone can run it, from anywhere: it needs the signed manifest and the root's public
key, both from another place than the site. It visits the site as a browser does, in
every language, and compares every byte.

Rules:
* The manifest's signature first; a directory is verified as every client does.
* The server is hostile: what it sends is bounded in size and time, and shown only
  after what could command a terminal is taken out.
* Trouble on the way is never taken for good or for evil: it has an exit status of
  its own.
"""
