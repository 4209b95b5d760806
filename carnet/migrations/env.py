"""How alembic runs the versions; called by `carnet.migrations.running`, which hands over the connection."""

import sqlalchemy as sa
from alembic import context

from registry.tables import metadata as registry
from repository.tables import metadata as repository

connection = context.config.attributes["connection"]
is_sqlite = connection.dialect.name == "sqlite"

context.configure(
    connection=connection,
    target_metadata=[registry, repository],
    render_as_batch=is_sqlite,  # it cannot alter most of a table otherwise
    transaction_per_migration=True,
    compare_type=True,
)

if not is_sqlite:
    # better fail than keep every writer waiting behind a lock that does not come
    connection.execute(sa.text("SET lock_timeout = '3s'"))
    connection.commit()

with context.begin_transaction():
    context.run_migrations()
