//! The store against real databases.
//!
//! SQLite always; PostgreSQL and MySQL or MariaDB where `TEST_POSTGRES_URL` and `TEST_MYSQL_URL`
//! name a server on which databases may be created. `scripts/databases` starts both.

#[cfg(test)]
mod broken_off;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod databases;
#[cfg(test)]
mod galera;
#[cfg(test)]
mod group_commit;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod slow_disk;
#[cfg(test)]
mod work;
