delete from attempt
where subject = :subject
